# The adapter as a service: what the lock file names and our own wheel, nothing else, run by a user without rights.

FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/adapter
COPY requirements.lock ./
RUN /opt/adapter/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY adapter adapter
COPY mappings mappings
COPY fhir_examples fhir_examples
RUN /opt/adapter/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/adapter/bin/python -m pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.11-slim
RUN useradd --system --no-create-home --shell /usr/sbin/nologin --uid 10001 adapter
COPY --from=build /opt/adapter /opt/adapter
ENV PATH="/opt/adapter/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8731
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8731/health', timeout=4)"]
CMD ["gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--bind", "0.0.0.0:8731", "adapter.web:create_app()"]
