'use client';

import 'swagger-ui-dist/swagger-ui.css';
import './documents.css';
import { useEffect, useRef } from 'react';
import { serverUrl } from '@/lib/client/base-path';
import { OPENAPI_PATH, STREAM_PATH, WEBSOCKET_PATH } from '@/lib/contract/paths';
import { ViewerFrame } from './viewer-frame';
import { whenDark } from './when-dark';

/** A stream never ends, so the viewer would wait for its answer forever. */
const NOT_TO_TRY: readonly string[] = [STREAM_PATH, WEBSOCKET_PATH];

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

/** The API's OpenAPI document in Swagger UI, where requests can be sent. */
export function SwaggerUi() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { classList } = document.documentElement;
    const stop = whenDark((dark) => classList.toggle('dark-mode', dark));
    void import('swagger-ui-dist/swagger-ui-es-bundle.js').then(({ default: show }) =>
      show({
        url: serverUrl(OPENAPI_PATH),
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
