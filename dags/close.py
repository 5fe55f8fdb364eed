"""Airflow DAG close (日締め): every evening, closed days too, since applications come in on them."""

from pipeline.scheduler import flow_dag

dag = flow_dag("close", schedule="0 18 * * *", description="日締めと日次報告")
