"""Runs the leak driver under AddressSanitizer: it must end clean, and with the planted leak it must be caught."""
import os
import subprocess
import sys
import tempfile

DRIVER, MAKE_ORDERS = sys.argv[1], sys.argv[2]


def run(*words):
    with tempfile.TemporaryDirectory(prefix="zg-leak-") as directory:
        orders = f"{directory}/ExportOrderList202001020000.csv"
        with open(orders, "wb") as out:
            subprocess.run([MAKE_ORDERS, "--orders", "2000"], stdout=out, check=True)
        surroundings = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:" + os.environ.get("ASAN_OPTIONS", "")}
        return subprocess.run([DRIVER, f"{directory}/shop.db", orders, f"{directory}/copy.db", *words], capture_output=True, text=True, env=surroundings)


print("1..2")
clean = run()
print(("ok" if clean.returncode == 0 and "Sanitizer" not in clean.stderr else "not ok") + " 1 - a shop's life loses no memory")
print("\n".join("# " + line for line in clean.stderr.splitlines()[:60]))
planted = run("--plant")
caught = planted.returncode != 0 and "LeakSanitizer" in planted.stderr and "4321 byte" in planted.stderr
print(("ok" if caught else "not ok") + " 2 - the planted leak is caught")
if not caught:
    print("\n".join("# " + line for line in planted.stderr.splitlines()[:60]))
