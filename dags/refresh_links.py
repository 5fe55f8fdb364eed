"""Airflow DAG refresh_links (番号紐付情報の最新化): each morning before the counters open, every day."""

from pipeline.scheduler import flow_dag

dag = flow_dag("refresh_links", schedule="0 6 * * *", description="番号紐付情報と住民情報の最新化")
