"""Airflow DAG payments (公金決済): every day before the morning sheet, for the accounting officer."""

from pipeline.scheduler import flow_dag

dag = flow_dag("payments", schedule="0 7 * * *", description="公金決済: 調定、収納データ、入金の突合と消込用データ")
