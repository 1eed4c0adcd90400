'use client';

import 'swagger-ui-dist/swagger-ui.css';
import './documents.css';
import { useEffect, useRef } from 'react';
import { serverUrl } from '@/lib/client/base-path';
import { ViewerFrame } from './viewer-frame';
import { whenDark } from './when-dark';

/** A stream never ends, so the viewer would wait for its answer for good. */
const NOT_TO_TRY = ['/api/stream'];

const noStreams = {
  statePlugins: {
    spec: {
      wrapSelectors: {
        allowTryItOutFor:
          (allowed: (...words: unknown[]) => boolean) =>
          (state: unknown, path: string, ...rest: unknown[]) =>
            !NOT_TO_TRY.includes(path) && allowed(state, path, ...rest),
      },
    },
  },
};

/** The API's document in Swagger UI, where requests can be tried out. */
export function SwaggerUi() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { classList } = document.documentElement;
    const stop = whenDark((dark) => classList.toggle('dark-mode', dark));
    void import('swagger-ui-dist/swagger-ui-es-bundle.js').then(({ default: show }) =>
      show({
        url: serverUrl('/openapi.json'),
        domNode: place.current,
        plugins: [() => noStreams],
        deepLinking: true,
        docExpansion: 'list',
      }),
    );
    return () => {
      stop();
      classList.remove('dark-mode');
    };
  }, []);
  return <ViewerFrame place={place} />;
}
