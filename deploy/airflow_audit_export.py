"""A fleet on Airflow: every 15 minutes one mapped task a shard. Exit codes: docs/fleets.md."""

import subprocess
from datetime import datetime, timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException

SHARDS = 20

# The API or the network failed, or another run held the lock: trying again may help. All other codes stay what they are.
RETRIED = {1, 4, 7}


@dag(
    schedule="*/15 * * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,  # An archive goes on where it ends, whatever was missed.
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=1), "retry_exponential_backoff": True},
)
def audit_export():
    @task
    def run(shard: int) -> None:
        command = ["audit-export", "run", "--config", "/etc/audit-export/config.json", "--shard", f"{shard}/{SHARDS}", "--log-format", "json"]
        code = subprocess.run(command, check=False).returncode
        if code in RETRIED:
            raise AirflowException(f"audit-export ended with exit code {code}")
        if code != 0:
            raise AirflowFailException(f"audit-export ended with exit code {code}")

    run.expand(shard=list(range(SHARDS)))


audit_export()
