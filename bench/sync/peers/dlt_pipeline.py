"""One dlt run: pages of the benchmark's shop into PostgreSQL. The configuration is the documented way: rest_api, merge."""
import os
import sys

import dlt
from dlt.sources.rest_api import rest_api_source

name, mode, url, work = sys.argv[1:5]
tuned = mode == "tuned"

source = rest_api_source({
    "client": {"base_url": url, "paginator": {"type": "json_link", "next_url_path": "next"}},
    "resources": [{
        "name": name,
        "primary_key": "id",
        "write_disposition": "merge",
        "endpoint": {
            "path": name,
            "params": {"per_page": 250},
            "data_selector": name,
            "incremental": {"cursor_path": "updated_at", "start_param": "updated_since", "initial_value": "2020-01-01T00:00:00.000Z"},
        },
    }],
}, name="shop", **({"max_table_nesting": 1} if tuned else {}))

pipeline = dlt.pipeline(
    pipeline_name=f"bench_{name}_{mode}", pipelines_dir=work, dataset_name="shop",
    destination=dlt.destinations.postgres(credentials=os.environ["BENCH_DATABASE_URL"]),
)
pipeline.run(source, **({"loader_file_format": "csv"} if tuned else {}))
