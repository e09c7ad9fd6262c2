#!/bin/sh
# The tests drive real browsers, a real PostgreSQL server and nginx, and set reports as PDF. Install
# what is missing where that is allowed (root on a Debian), else name the command; the tests
# themselves fail without it. What single tests want beyond that, they skip without.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 ||
    missing="$missing postgresql"
# What sets the report's PDF; Chromium brings it along on most machines.
for library in libpango-1.0.so.0:libpango-1.0-0 libpangoft2-1.0.so.0:libpangoft2-1.0-0 \
    libharfbuzz-subset.so.0:libharfbuzz-subset0; do
    command -v ldconfig >/dev/null 2>&1 || break
    ldconfig -p | grep -q "${library%%:*}" || missing="$missing ${library##*:}"
done
wanted=""
command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || wanted="nginx-light"
# The second browser engine, and the display that it draws on.
command -v WebKitWebDriver >/dev/null 2>&1 || wanted="$wanted webkit2gtk-driver"
command -v Xvfb >/dev/null 2>&1 || wanted="$wanted xvfb"
[ -z "$missing$wanted" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests: $missing $wanted"
    apt-get update -qq >/dev/null
    failed=""
    # One by one: what a distribution does not have holds up none of the others.
    for package in $missing $wanted; do
        DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
            failed="$failed $package"
    done
    [ -z "$failed" ] && exit 0
    echo "apt-get could not install:$failed" >&2
    still=""
    for package in $missing; do
        case " $failed " in *" $package "*) still="$still $package" ;; esac
    done
    missing="$still"
fi
[ -z "$missing" ] && exit 0
echo "The tests need:$missing. On Debian or Ubuntu: sudo apt-get install -y $missing" >&2
exit 1
