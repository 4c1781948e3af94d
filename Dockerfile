# The daemon as a service: `docker compose up -d`. See docs/operations.md#containers.
# The database, snapshots and configuration lie outside; the image itself can be read-only.

FROM python:3.13-slim AS build
WORKDIR /build
# Everything in the lock, checked against its hashes, as wheels; what is installed below comes from this folder alone.
COPY requirements.lock .
RUN pip wheel --no-cache-dir --require-hashes -r requirements.lock -w /wheels
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY crawler crawler
COPY storage storage
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip wheel --no-cache-dir --no-deps -w /built . \
 && python -m venv /opt/gazette \
 && /opt/gazette/bin/pip install --no-cache-dir "$(echo /built/gazette-*.whl)[postgres]"

FROM python:3.13-slim
# Not root, and owning nothing but the folder for what was found.
RUN groupadd --gid 10001 gazette \
 && useradd --uid 10001 --gid gazette --home-dir /gazette --no-create-home --shell /usr/sbin/nologin gazette \
 && mkdir -p /gazette/config /gazette/data \
 && chown gazette:gazette /gazette/data
COPY --from=build /opt/gazette /opt/gazette
ENV PATH=/opt/gazette/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 GAZETTE_CONFIG=/gazette/config
WORKDIR /gazette
USER 10001:10001
# ../data of the shipped configuration: mount /gazette/config read-only, and a volume here.
VOLUME /gazette/data
# The daemon's last tick, not a port. Docker knows only 0 and 1.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD gazette health || exit 1
# SIGTERM ends it in good order within --grace (25 s) and a few seconds for the last messages; SIGHUP: configuration.
STOPSIGNAL SIGTERM
ENTRYPOINT ["gazette"]
CMD ["daemon"]
