'use client';

import './documents.css';
import { useEffect, useRef } from 'react';
import { served } from '@/lib/client/base-path';
import { OPENAPI_PATH } from '@/lib/contract/paths';
import { ViewerFrame } from './viewer-frame';
import { whenDark } from './when-dark';

function fonts(code: { color: string; backgroundColor: string }) {
  return {
    fontFamily: 'var(--font-sans)',
    headings: { fontFamily: 'var(--font-sans)', fontWeight: '600' },
    code: { fontFamily: 'var(--font-mono)', ...code },
  };
}

// ReDoc computes shades from its colours, so it needs numbers and not CSS variables.
const LIGHT = {
  colors: { primary: { main: '#3450c8' } },
  typography: fonts({ color: '#18181b', backgroundColor: '#f6f6f7' }),
  rightPanel: { backgroundColor: '#18181b' },
};
const DARK = {
  colors: {
    primary: { main: '#95abff' },
    text: { primary: '#ededf0', secondary: '#a0a0ab' },
    border: { dark: '#3a3a41', light: '#27272c' },
    responses: {
      success: { color: '#63c98c', backgroundColor: '#18211b' },
      error: { color: '#ff8585', backgroundColor: '#241819' },
    },
  },
  typography: fonts({ color: '#ededf0', backgroundColor: '#18181b' }),
  schema: { nestedBackground: '#18181b', linesColor: '#3a3a41', typeNameColor: '#a0a0ab', typeTitleColor: '#a0a0ab' },
  sidebar: { backgroundColor: '#18181b', textColor: '#ededf0' },
  rightPanel: { backgroundColor: '#151517' },
  fab: { backgroundColor: '#27272c', color: '#ededf0' },
};

/** The API's OpenAPI document in ReDoc, for reading. */
export function ReDoc() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let shown = true;
    const viewer = import('redoc/bundles/redoc.standalone.js');
    const stop = whenDark((dark) => {
      void viewer.then(({ default: { init } }) => {
        if (!shown || place.current === null) return;
        const options = { theme: dark ? DARK : LIGHT, hideDownloadButtons: true };
        // One root for each theme: ReDoc does not change the colours of what it has rendered.
        const root = document.createElement('div');
        place.current.replaceChildren(root);
        init(served(OPENAPI_PATH), options, root);
      });
    });
    return () => {
      shown = false;
      stop();
    };
  }, []);
  return <ViewerFrame place={place} />;
}
