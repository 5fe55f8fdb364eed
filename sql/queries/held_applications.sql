-- What waits for a person or for the hub (保留・待ち), by section, procedure and reason; the oldest cases first.
-- municipality: code of the municipality, 6 digits
SELECT
    applications.section,
    applications.procedure,
    applications.disposition,
    applications.reason,
    count(*) AS applications,
    min(applications.disposed_on) AS oldest_since,
    max(applications.disposed_on) AS newest_since,
    min(applications.receipt) AS example_receipt
FROM applications
WHERE applications.municipality = :municipality AND applications.disposition IN ('held', 'waiting')
GROUP BY applications.section, applications.procedure, applications.disposition, applications.reason
ORDER BY min(applications.disposed_on), applications.section, applications.procedure, applications.reason;
