# Two stages: the first has compilers and goes away, the second runs as nobody in particular.
FROM python:3.13-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev \
 && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock requirements-production.lock ./
# psycopg2 is built against this image's own libpq instead of the copy inside psycopg2-binary.
RUN pip install --require-hashes --no-deps -r requirements.lock \
 && pip uninstall -y psycopg2-binary \
 && pip install --require-hashes --no-deps --no-binary psycopg2 -r requirements-production.lock

FROM python:3.13-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      fontconfig fonts-noto-core fonts-wqy-microhei libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 libpq5 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --home-dir /var/lib/riskassess --shell /usr/sbin/nologin riskassess \
 && install -d -o riskassess -g riskassess -m 0750 /var/lib/riskassess
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RISKASSESS_VAR=/var/lib/riskassess RISKASSESS_STATIC=/app/collected
# The static files belong to the image; the folder that this step needs for itself is thrown away.
RUN python -m compileall -q riskassess partners \
 && RISKASSESS_VAR=/tmp/build python manage.py prepare --static-only \
 && rm -rf /tmp/build
USER riskassess
EXPOSE 8000
CMD ["gunicorn", "riskassess.wsgi"]
