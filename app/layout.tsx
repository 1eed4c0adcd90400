import type { Metadata, Viewport } from 'next';
import localFont from 'next/font/local';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { served } from '@/lib/client/base-path';
import { readSettings, type Settings } from '@/lib/client/settings';
import { TAKE_KEY } from '@/lib/client/take-key';
import './globals.css';

// `optional`: text does not change its font once it is visible. If the first load is too slow for the font, the next
// page has it.
const sans = localFont({
  src: '../node_modules/@fontsource-variable/geist/files/geist-latin-wght-normal.woff2',
  weight: '100 900',
  display: 'optional',
  variable: '--font-geist',
});
const mono = localFont({
  src: '../node_modules/@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2',
  weight: '100 900',
  display: 'optional',
  variable: '--font-geist-mono',
  adjustFontFallback: false,
});

export const metadata: Metadata = {
  description: 'Which agents of a swarm work, which files they have locked, and what they wrote to each other.',
  appleWebApp: { capable: true, title: 'Claude Swarm' },
  robots: { index: false, follow: false },
};

const LIGHT = '#ffffff';
const DARK = '#0e0e10';

/** The colour of the browser's own frame follows the theme. */
export async function generateViewport(): Promise<Viewport> {
  const { theme } = await settings();
  if (theme !== 'system') return { colorScheme: theme, themeColor: theme === 'dark' ? DARK : LIGHT };
  return {
    colorScheme: 'light dark',
    themeColor: [
      { media: '(prefers-color-scheme: light)', color: LIGHT },
      { media: '(prefers-color-scheme: dark)', color: DARK },
    ],
  };
}

/** The frame of every page, rendered in the chosen theme, so that nothing flashes. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const { theme } = await settings();
  return (
    <html lang="en" data-theme={theme} className={`${sans.variable} ${mono.variable}`}>
      <body>
        {/* Browsers hide the nonce from scripts, so hydration would report a difference. */}
        <script nonce={(await headers()).get('x-nonce') ?? undefined} suppressHydrationWarning>
          {TAKE_KEY}
        </script>
        {/* Here and not as metadata: a browser asks for it without credentials unless the link says so. */}
        <link rel="manifest" href={served('/static/manifest.webmanifest')} crossOrigin="use-credentials" />
        <link rel="apple-touch-icon" href={served('/static/apple-touch-icon.png')} />
        {children}
      </body>
    </html>
  );
}

async function settings(): Promise<Settings> {
  const jar = await cookies();
  return readSettings((name) => jar.get(name)?.value);
}
