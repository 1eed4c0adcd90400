import { HOME, served } from '@/lib/client/base-path';

// Written when the dashboard is built, with the base path of the build.
export const dynamic = 'force-static';

const MANIFEST = {
  id: HOME,
  name: 'Claude Swarm',
  short_name: 'Swarm',
  description: 'Which agents of a swarm work, which files they have locked, and what they wrote to each other.',
  start_url: HOME,
  scope: HOME,
  display: 'standalone',
  background_color: '#ffffff',
  theme_color: '#ffffff',
  icons: [
    { src: served('/static/icon.svg'), sizes: 'any', type: 'image/svg+xml' },
    { src: served('/static/icon-192.png'), sizes: '192x192', type: 'image/png' },
    { src: served('/static/icon-512.png'), sizes: '512x512', type: 'image/png' },
    { src: served('/static/icon-maskable-512.png'), sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
};

/** The web app manifest, with which a browser puts the page on a home screen. It contains nothing of the swarm. */
export function GET(): Response {
  return Response.json(MANIFEST, {
    headers: { 'Content-Type': 'application/manifest+json', 'Cache-Control': 'public, max-age=3600' },
  });
}
