-- Where an application's records went (来歴): each record with its file, its place in the file and its digest.
-- municipality: code of the municipality, 6 digits
-- receipt: 受付番号
SELECT
    applications.receipt,
    applications.version,
    applications.digest AS package_digest,
    canonical.mapping_version,
    batch_items.destination,
    batch_items.generation,
    batches.name AS file_name,
    batches.digest AS file_digest,
    batch_items.record_kind,
    batch_items.ordinal,
    batch_items."offset" AS first_byte,
    batch_items.length AS bytes,
    batch_items.digest AS record_digest
FROM applications
LEFT JOIN canonical ON canonical.application = applications.id
INNER JOIN batch_items ON batch_items.application = applications.id
INNER JOIN batches ON batches.id = batch_items.batch
WHERE applications.municipality = :municipality AND applications.receipt = :receipt
ORDER BY applications.version, batch_items.destination, batch_items.generation, batches.name, batch_items."offset";
