# The adapter as a service: what the lock file names and our own wheel, nothing else, run by a user without rights.
# The official image has a Python built with PGO and LTO (docs/performance.md).
# `make image` looks the digest of the base up, and passes it as BASE; without it the tag counts.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
WORKDIR /src
# Build tools live in an environment of their own, which does not travel.
RUN python -m venv /opt/build && python -m venv --without-pip /opt/adapter
COPY requirements.lock requirements-build.lock ./
RUN /opt/build/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --requirement requirements-build.lock \
    && /opt/build/bin/python -m pip --python /opt/adapter/bin/python install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
# There is no Node here: the workbench has its editor if `make editor` has bundled it in adapter/ before.
COPY scripts/bundle_editor.py scripts/
COPY adapter adapter
COPY mappings mappings
COPY fhir_examples fhir_examples
COPY docs docs
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/build/bin/python -m pip --python /opt/adapter/bin/python install --no-cache-dir --no-deps dist/*.whl

FROM ${BASE}
RUN useradd --system --no-create-home --shell /usr/sbin/nologin --uid 10001 adapter
COPY --from=build /opt/adapter /opt/adapter
# Where a store may be kept: a volume that is mounted here belongs to the service.
RUN install --directory --owner=10001 --mode=0700 /store
ENV PATH="/opt/adapter/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8731
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8731/health', timeout=4)"]
# Others reach a container, so it starts only with tokens (ADAPTER_TOKENS), or with --insecure, as docker-compose.yml says for this machine.
ENTRYPOINT ["adapter", "serve", "--host", "0.0.0.0"]
CMD ["--workers", "2", "--threads", "8"]
