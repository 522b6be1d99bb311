"""The catalogue in the forms of CKAN, DCAT and オープンデータ一覧."""
