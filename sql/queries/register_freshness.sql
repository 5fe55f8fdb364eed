-- How fresh the register is (番号紐付情報・住民情報の鮮度): the newest file of each kind, and how many residents and links stand.
-- municipality: code of the municipality, 6 digits
SELECT
    register_loads.kind,
    max(register_loads.as_of) AS newest_as_of,
    max(register_loads.loaded_at) AS last_loaded_at,
    count(*) AS files,
    CASE register_loads.kind
        WHEN 'links' THEN (SELECT count(*) FROM links WHERE links.municipality = :municipality)
        ELSE (SELECT count(*) FROM residents WHERE residents.municipality = :municipality)
    END AS standing
FROM register_loads
WHERE register_loads.municipality = :municipality
GROUP BY register_loads.kind
ORDER BY register_loads.kind;
