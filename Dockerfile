# Ekiden in a container: `docker build -t ekiden .`, then `docker run --rm -p 8080:8080 ekiden`.
# docs/running-a-cluster.md says what a cluster of three needs; packaging/compose.yaml is one on a single machine.

FROM node:20-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-audit --no-fund --loglevel error
COPY . .
RUN node node_modules/typescript-7/bin/tsc -b \
 && rm -rf dist/test dist/bench \
 && npm prune --omit=dev --no-audit --no-fund --loglevel error

FROM node:20-bookworm-slim
WORKDIR /opt/ekiden
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/dist dist
COPY --from=build /src/package.json package.json
COPY --from=build /src/scripts/node-flags.json scripts/node-flags.json
COPY --from=build /src/packaging/ekiden packaging/ekiden
RUN install -d -o node -g node -m 0700 /var/lib/ekiden
USER node
# Within a container everybody on its network may connect: set EKIDEN_HTTP_CREDENTIALS_FILE with it.
ENV NODE_ENV=production \
    EKIDEN_DATA_DIR=/var/lib/ekiden \
    EKIDEN_HTTP_ADDRESS=0.0.0.0
VOLUME /var/lib/ekiden
EXPOSE 8080
# Any answer shows that the process lives, also one that asks for a password. With another port or without plain HTTP
# the check has to be given anew (`--health-cmd`).
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.EKIDEN_HTTP_PORT || 8080) + '/ping').then((r) => process.exit(r.ok || r.status === 401 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/opt/ekiden/packaging/ekiden"]
