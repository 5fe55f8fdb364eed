"""Airflow DAG notify (結果の取込とお知らせ): on opening days only, in opening hours."""

from airflow_timetables_calendar import CalendarTimetable

from pipeline.scheduler import flow_dag, year_end_closure

opening_days = CalendarTimetable(calendar_id="JP", hour=10, timezone="Asia/Tokyo", exclude_dates=year_end_closure())
dag = flow_dag("notify", schedule=opening_days, description="結果ファイルの取込、処理状況とお知らせの送信")
