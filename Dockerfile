# One image for every part: `operator`, `sync` and `hub` are its arguments.
#
#   docker build -t supercargo .
#
# Layers go from what seldom changes to what often does: a change of our own
# code makes one small layer. Without a Docker engine test/cluster builds the
# same file (see test/cluster/README.md).

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No package of ours needs an install script. What only editors and debuggers read is a third of the size.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' -o -name '*.markdown' \) -delete

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The image has its own Node.js; the one among the devDependencies is for machines.
RUN npm ci --ignore-scripts --no-audit --no-fund && rm -f node_modules/.bin/node
COPY . .
RUN npm run build

# A stage of its own, so that `--build-context compiled=dist` puts a dist/ made outside in its place.
FROM scratch AS compiled
COPY --from=build /app/dist /

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY crds/generated ./crds/generated
COPY --from=compiled / ./dist
# By number, since runAsNonRoot cannot judge a name. Nothing is written to the root file system.
USER 65532:65532
# The argument chooses the part: operator, sync, hub, crds, drill.
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli/main.js", "serve"]

