#!/bin/sh
# Takes the README's picture of a report: docs/picture.sh results/mnist/report.html. Needs Chromium.
set -eu
page="$(realpath "$1")"
picture="$(dirname "$(realpath "$0")")/report.png"
chromium --headless --no-sandbox --hide-scrollbars --window-size=1280,2000 --virtual-time-budget=5000 \
    --blink-settings=preferredColorScheme=1 --screenshot="$picture" "file://$page"
