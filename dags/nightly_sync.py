"""Airflow DAG nightly_sync (副本の更新): each hour of the declared night, for municipalities that declare copies."""

from pipeline.scheduler import COPIES, flow_dag, night_hours

dag = flow_dag("nightly_sync", schedule=night_hours(), description="副本の更新と結果の取込、支援措置のフラグ確認", publishes=COPIES)
