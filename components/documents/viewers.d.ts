declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** Renders a document; https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
  export default function show(options: Record<string, unknown>): void;
}

declare module 'redoc/bundles/redoc.standalone.js' {
  const viewer: {
    /** Renders a document; https://redocly.com/docs/redoc/config */
    init(document: string, options: Record<string, unknown>, place: HTMLElement): void;
  };
  export default viewer;
}
