"""Airflow DAG exchange_log (情報提供等記録の取得と突合): after the copies, whose asset starts it."""

from pipeline.scheduler import COPIES, EXCHANGES, flow_dag

dag = flow_dag("exchange_log", schedule=COPIES, description="情報提供等記録の取得と自団体側の記録との突合", publishes=EXCHANGES)
