# The product as one image: API, workers, migrations and command line. ROLE says what a container does.
#
# Not yet built by an engine. Checked instead: a script read
# this file and carried out its COPY and RUN steps in temporary folders, with Node 24 first on PATH; the result ran as an
# unprivileged user, API and worker apart, against PostgreSQL 18 and Redis 7, behind a proxy that sets X-Forwarded-Proto.
# What is unproven is what only an engine does: the base image itself, USER, HEALTHCHECK and signals to process 1.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package may run code while it is installed (docs/decisions/0009).
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY graphql graphql
COPY workers workers
COPY migrations migrations
# The demo and its identity provider ask nobody for a password: they are no part of what is deployed.
RUN npm run build && rm -r dist/src/cli/demo* dist/src/cli/simulator/identity-provider

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages are a second Node and an embedded PostgreSQL: for newcomers' machines, not for an image.
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production
# Inside a container the default, 127.0.0.1, is reachable by nobody.
ENV HOST=0.0.0.0
ENV PORT=4000
# A container that is started again finds what Node compiled the last time.
ENV NODE_COMPILE_CACHE=/tmp/rollcall-compiled
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/graphql/documents graphql/documents
USER node
EXPOSE 4000
# The image has no curl. A worker answers here too.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The flags of src/cli/bootstrap-node-flags.mjs.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=16", "dist/src/main.js"]
