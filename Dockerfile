# The application without ml/'s packages. Two stages: the first builds the wheel (its build hook brings
# htmx) and installs it with the versions that were tested together; the second has neither the
# sources nor a cache.
# Any image with Python 3.11 and its venv as `python` and Debian's apt will do: --build-arg BASE=...
ARG BASE=python:3.11-slim
FROM ${BASE} AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/negatoscope
# The packages first: this layer is kept until pyproject.toml or the constraints change.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > requirements.txt \
    && /opt/negatoscope/bin/pip install -r requirements.txt -c constraints.txt
COPY README.md build_hook.py ./
COPY app app
COPY ml ml
COPY templates templates
COPY static static
COPY migrations migrations
RUN /opt/negatoscope/bin/pip wheel --no-deps --wheel-dir /wheel . \
    && /opt/negatoscope/bin/pip install --no-deps /wheel/negatoscope-*.whl \
    && /opt/negatoscope/bin/pip check

FROM ${BASE}
# What sets the text of a report's PDF; its fonts come with the packages. Of no fixed version: Debian keeps only
# the newest of each, so that a pin would stop the build at its first security fix.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
# Fixed numbers, so that a volume's files can be given to them on the host.
RUN groupadd --gid 10001 negatoscope \
    && useradd --uid 10001 --gid negatoscope --no-create-home --home-dir /nonexistent negatoscope \
    && install -d -o negatoscope -g negatoscope -m 0700 /data
COPY --from=build /opt/negatoscope /opt/negatoscope
ENV PATH=/opt/negatoscope/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONSAFEPATH=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    XDG_CACHE_HOME=/tmp/cache \
    NEGATOSCOPE_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Through `command` a container takes any of the app's commands: docker compose run --rm app studies
ENTRYPOINT ["python", "-m", "app"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
