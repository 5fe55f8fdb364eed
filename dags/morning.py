"""Airflow DAG morning (朝の点検表): every day, before the counters open."""

from pipeline.scheduler import flow_dag

dag = flow_dag("morning", schedule="0 8 * * *", description="朝の点検表: 失敗、保留、期限、鮮度、前回の日締め")
