-- What is owed to the portal and to residents and has not left (未送信の処理状況とお知らせ), the oldest first.
-- municipality: code of the municipality, 6 digits
SELECT
    'status' AS channel,
    applications.receipt,
    status_outbox.status AS subject,
    status_outbox.state,
    status_outbox.attempts,
    status_outbox.owed_at
FROM status_outbox
INNER JOIN applications ON applications.id = status_outbox.application
WHERE applications.municipality = :municipality AND status_outbox.state <> 'sent'
UNION ALL
SELECT
    notice_outbox.channel,
    COALESCE(applications.receipt, notice_outbox.subject_key) AS receipt,
    notice_outbox.kind AS subject,
    notice_outbox.state,
    notice_outbox.attempts,
    notice_outbox.owed_at
FROM notice_outbox
LEFT OUTER JOIN applications ON applications.id = notice_outbox.application
WHERE notice_outbox.municipality = :municipality AND notice_outbox.state NOT IN ('sent', 'accepted')
ORDER BY owed_at, receipt, channel;
