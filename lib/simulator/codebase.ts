/** The invented web shop that a simulated team works on, and the skills of its members. */

export interface Role {
  name: string;
  /** The files that the role edits. Each file belongs to one role; patterns may match files of others. */
  files: readonly string[];
  /** Patterns that the role locks now and then. */
  patterns: readonly string[];
  skills: readonly string[];
}

export const ROLES: readonly Role[] = [
  {
    name: 'architect',
    files: ['docs/architecture.md', 'docs/decisions/0014-idempotent-orders.md', 'src/shared/errors.ts', 'package.json'],
    patterns: ['docs/decisions/*'],
    skills: ['system design', 'API design', 'planning'],
  },
  {
    name: 'backend',
    files: [
      'src/api/orders.ts',
      'src/api/checkout.ts',
      'src/api/payments/stripe.ts',
      'src/api/payments/webhooks.ts',
      'src/api/catalog.ts',
      'src/jobs/reserve-stock.ts',
      'src/jobs/send-receipt.ts',
    ],
    patterns: ['src/api/payments/*', 'src/api/*.ts'],
    skills: ['TypeScript', 'payments', 'REST', 'queues'],
  },
  {
    name: 'frontend',
    files: [
      'src/ui/Cart.tsx',
      'src/ui/CheckoutForm.tsx',
      'src/ui/ProductGrid.tsx',
      'src/ui/ProductPage.tsx',
      'src/ui/SearchBox.tsx',
      'src/ui/theme.css',
      'app/[locale]/layout.tsx',
    ],
    patterns: ['src/ui/*.tsx', 'src/ui/Product*'],
    skills: ['React', 'CSS', 'accessibility'],
  },
  {
    name: 'tests',
    files: ['tests/checkout.spec.ts', 'tests/cart.spec.ts', 'tests/payments.spec.ts', 'tests/fixtures/orders.json'],
    patterns: ['tests/*.spec.ts'],
    skills: ['Playwright', 'property tests', 'test data'],
  },
  {
    name: 'reviewer',
    files: ['.github/CODEOWNERS', 'docs/review-checklist.md', 'biome.json'],
    patterns: [],
    skills: ['code review', 'security', 'performance'],
  },
  {
    name: 'database',
    files: [
      'db/schema.sql',
      'db/migrations/0042_order_lines.sql',
      'db/migrations/0043_price_history.sql',
      'src/db/orders.ts',
      'src/db/stock.ts',
    ],
    patterns: ['db/migrations/*'],
    skills: ['PostgreSQL', 'migrations', 'query plans'],
  },
  {
    name: 'docs',
    files: ['README.md', 'docs/api/orders.md', 'docs/api/webhooks.md', 'CHANGELOG.md', 'docs/übersicht.md'],
    patterns: ['docs/api/*.md', 'docs/*'],
    skills: ['technical writing', 'OpenAPI', 'translation'],
  },
  {
    name: 'operations',
    files: ['deploy/Dockerfile', 'deploy/compose.yaml', '.github/workflows/ci.yml', 'deploy/nginx.conf'],
    patterns: ['deploy/*', '.github/workflows/*.yml'],
    skills: ['CI', 'containers', 'observability'],
  },
  {
    name: 'translation',
    files: ['locales/de.json', 'locales/ja.json', 'locales/ar.json', 'locales/he.json', 'locales/zh-Hans.json'],
    patterns: ['locales/*.json'],
    skills: ['i18n', 'RTL layout', 'ICU messages'],
  },
  {
    name: 'security',
    files: ['src/auth/session.ts', 'src/auth/csrf.ts', 'src/auth/rate-limit.ts', 'docs/threat-model.md'],
    patterns: ['src/auth/*'],
    skills: ['authentication', 'threat modelling', 'dependency audit'],
  },
];

/** Words that fill the slots of a sentence; each slot draws from its list independently. */
export const WORDS = {
  feature: [
    'guest checkout',
    'stock reservation',
    'partial refunds',
    'the price history',
    'gift cards',
    'saved addresses',
    'search suggestions',
    'order export',
    'the wishlist',
    'voucher codes',
    'split shipments',
    'the tax calculation',
    'invoice PDFs',
    'the currency switch',
  ],
  symbol: [
    'reserveStock',
    'priceWithTax',
    'mergeCarts',
    'createPaymentIntent',
    'parseVoucher',
    'useCart',
    'OrderLine',
    'formatMoney',
    'verifySignature',
    'applyDiscounts',
    'idempotencyKey',
    'withTransaction',
    'renderReceipt',
  ],
  endpoint: [
    'POST /orders',
    'GET /orders/{id}',
    'POST /checkout',
    'PATCH /cart/{id}',
    'POST /webhooks/stripe',
    'GET /catalog?page=3',
    'DELETE /cart/lines/{id}',
    'POST /refunds',
  ],
  table: ['orders', 'order_lines', 'stock_levels', 'price_history', 'payments', 'vouchers', 'addresses', 'refunds'],
  problem: [
    'the total is off by one cent when a line has 3 items',
    'a retry of the same request books twice',
    'the session is lost after the redirect',
    'the query does a sequential scan',
    'the webhook arrives before the order is committed',
    'the button stays disabled after a failed payment',
    'the date is a day early west of UTC',
    'two tabs overwrite each other',
    'the image pushes the layout down by 40 px',
    'an empty cart answers 500 instead of 409',
    'decimal commas are refused',
    'the lock is held over the network call',
  ],
  cause: [
    'we round per line and again on the sum',
    'the idempotency key is built after the retry',
    'the cookie has SameSite=Strict',
    'the index is on (created_at) only',
    'the job reads outside of the transaction',
    'the promise is not awaited',
    'we compare strings with numbers',
    'the cache key lacks the currency',
    'the fixture is shared by two tests',
    'an old migration left the column nullable',
  ],
  remedy: [
    'round once, at the end, half to even',
    'take the key from the header and store it with the order',
    'set SameSite=Lax and rotate the token',
    'add a partial index and drop the old one in the next release',
    'move the read into the transaction',
    'await it and handle the rejection',
    'parse at the edge and keep integers inside',
    'put the currency into the key and bump the version',
    'give each test its own fixture',
    'backfill, then set NOT NULL in two steps',
  ],
} as const satisfies Record<string, readonly string[]>;
