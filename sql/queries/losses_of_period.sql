-- Characters that were replaced on the way out (縮退記録): by destination, character, table and approver.
-- municipality: code of the municipality, 6 digits
-- first: first day of the files, YYYY-MM-DD
-- last: last day of the files
SELECT
    batches.destination,
    losses.source,
    losses.target,
    losses.substitution_table,
    losses.approved,
    COUNT(DISTINCT losses.application) AS applications,
    SUM(losses.times) AS times
FROM losses
INNER JOIN batches ON batches.id = losses.batch
WHERE batches.municipality = :municipality AND batches.day BETWEEN :first AND :last
GROUP BY batches.destination, losses.source, losses.target, losses.substitution_table, losses.approved
ORDER BY batches.destination, losses.source;
