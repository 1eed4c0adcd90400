/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  agentRules: false,
  outputFileTracingRoot: import.meta.dirname,
  turbopack: {
    root: import.meta.dirname,
    rules: { '**/redoc.standalone.js': { loaders: ['./scripts/redoc-loader.cjs'] } },
  },
  // `npm run lint` checks them; a person who only starts the dashboard need not wait for it.
  typescript: { ignoreBuildErrors: true },
  // Nothing here needs it, and it would let a request make the server ask itself.
  images: { unoptimized: true },
  serverExternalPackages: ['better-sqlite3', 'koffi'],
  // The contract answers every /api/<x> at /api/v1/<x> too, directly and not by a redirect.
  rewrites: async () => [{ source: '/api/v1/:path*', destination: '/api/:path*' }],
};
