# Builds and packs the package from the sources, installs the archive as a user would, and runs it as an unprivileged user.
#
#   docker build -t claude-swarm-dashboard .
#   docker run --rm --name swarm -p 127.0.0.1:8000:8000 --env-file swarm.env --pid=host \
#     -v /path/to/project:/project:ro -v swarm-history:/history claude-swarm-dashboard
#
# swarm.env contains DASHBOARD_USERNAME and DASHBOARD_PASSWORD: inside a container the dashboard must listen beyond
# loopback, which it refuses without credentials. docs/deploy.md explains --pid=host and the user.

FROM node:20-bookworm AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# node:20 brings the compiler that better-sqlite3 needs where no ready-made file can be downloaded; the slim image has none.
RUN npm pack && npm install --prefix /opt/dashboard --no-audit ./claude-swarm-dashboard-*.tgz

FROM node:20-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    CLAUDESWARM_ROOT=/project \
    SWARM_HISTORY=/history/
COPY --from=build /opt/dashboard /opt/dashboard
RUN install -d -o node -g node /history /project
USER node
VOLUME /history
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not npx nor npm: the signal that ends the container must reach the dashboard itself.
ENTRYPOINT ["node", "/opt/dashboard/node_modules/claude-swarm-dashboard/bin/claude-swarm-dashboard.mjs", "--no-browser"]
