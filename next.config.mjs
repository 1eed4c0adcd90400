import { join } from 'node:path';
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js';
import { basePathOf, readBasePath } from './bin/base-path.mjs';
import { reuseCompiledCode } from './bin/compiled-code.mjs';

const folder = import.meta.dirname;
// Two builds can stand side by side, such as the tests' one under a sub-path.
const distDir = process.env.BUILD_FOLDER || '.next';

/**
 * @param {string} phase
 * @returns {import('next').NextConfig}
 */
export default function config(phase) {
  if (phase === PHASE_PRODUCTION_SERVER) reuseCompiledCode(join(folder, distDir));
  // What was built decides: a server that believed otherwise would answer nothing.
  const built = phase === PHASE_PRODUCTION_SERVER ? basePathOf(join(folder, distDir)) : null;
  const basePath = built ?? readBasePath(process.env.BASE_PATH);
  return {
    distDir,
    basePath,
    // Next puts the text where the page's code asks for `process.env.BASE_PATH` (lib/client/base-path.ts).
    env: { BASE_PATH: basePath },
    poweredByHeader: false,
    agentRules: false,
    outputFileTracingRoot: folder,
    turbopack: {
      root: folder,
      rules: { '**/redoc.standalone.js': { loaders: ['./scripts/redoc-loader.cjs'] } },
    },
    typescript: {
      // `npm run lint` checks them; a person who only starts the dashboard need not wait for it.
      ignoreBuildErrors: true,
      // Into one of its own Next writes nothing: tsconfig.json would name the folder of every build.
      tsconfigPath: 'tsconfig.build.json',
    },
    // Nothing here needs it, and it would let a request make the server ask itself.
    images: { unoptimized: true },
    serverExternalPackages: ['better-sqlite3', 'koffi', 'ws'],
    // Else every page and route is loaded before the first one that is asked for is answered.
    experimental: { preloadEntriesOnStart: false },
    // The contract answers every /api/<x> at /api/v1/<x> too, directly and not by a redirect.
    rewrites: async () => [{ source: '/api/v1/:path*', destination: '/api/:path*' }],
  };
}
