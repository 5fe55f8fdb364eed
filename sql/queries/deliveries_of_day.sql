-- Files released on a day (配信), with all the evidence that they arrived: digest read back, receipt of the receiving system.
-- municipality: code of the municipality, 6 digits
-- day: business day, YYYY-MM-DD
SELECT
    batches.destination,
    batches.name,
    batches.records,
    batches.size,
    batches.digest,
    batches.state,
    deliveries.at AS delivered_at,
    deliveries.evidence,
    receipts.result AS receipt_result,
    receipts.records AS receipt_records,
    receipts.at AS receipt_at
FROM batches
LEFT JOIN deliveries ON deliveries.batch = batches.id AND deliveries.digest = batches.digest
LEFT JOIN receipts ON receipts.batch = batches.id
WHERE batches.municipality = :municipality AND batches.day = :day
ORDER BY batches.destination, batches.name;
