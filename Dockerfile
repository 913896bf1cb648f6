# Two stages: the build, and an image with one file on a base without a shell.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs ./
COPY .cargo .cargo
COPY .sqlx .sqlx
COPY assets assets
COPY benches benches
COPY config.example.yml ./
COPY locales locales
COPY migrations migrations
COPY src src
COPY static static
COPY templates templates
COPY tests/it/main.rs tests/it/main.rs
# Without the tables of line numbers it is a quarter of the size; names of functions stay for backtraces.
RUN cargo build --release --locked --bin picket && strip --strip-debug target/release/picket
# The folders are made here, since the last stage has no shell: owned by the user it runs as.
RUN mkdir -p /out/var/lib/picket/files /out/etc/picket

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build --chown=nonroot:nonroot /out/ /
COPY --from=build /src/target/release/picket /usr/local/bin/picket
# Where the kernel gives huge pages unasked, an idle process would hold half as much memory again.
ENV PICKET_CONF=/etc/picket SENTRY_FILESTORE_DIR=/var/lib/picket/files MIMALLOC_ALLOW_THP=0
VOLUME /var/lib/picket
EXPOSE 9000
USER nonroot
ENTRYPOINT ["/usr/local/bin/picket"]
CMD ["run", "web"]
