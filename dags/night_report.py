"""Airflow DAG night_report (夜間の報告): the pages for auditors and the morning's first page, after the records of exchange."""

from pipeline.scheduler import EXCHANGES, flow_dag

dag = flow_dag("night_report", schedule=EXCHANGES, description="夜間処理の報告ページと朝の一枚目")
