"""Airflow DAG intake (申請の取込): every 15 minutes of every day, since the portal never closes."""

from pipeline.scheduler import flow_dag

dag = flow_dag("intake", schedule="*/15 * * * *", description="申請の取得から配信と案件フォルダまで")
