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
} as const satisfies Record<string, readonly string[]>;

/** A fault of the shop, why it happens and what mends it: a scene speaks of one, so that its sentences fit together. */
export const FAULTS = [
  {
    problem: 'the total is off by one cent when a line has 3 items',
    cause: 'we round per line and again on the sum',
    remedy: 'round once, at the end',
  },
  {
    problem: 'a retry of the same request books twice',
    cause: 'the idempotency key is built after the retry',
    remedy: 'take the key from the header and store it with the order',
  },
  {
    problem: 'the session is lost after the redirect',
    cause: 'the cookie has SameSite=Strict',
    remedy: 'set SameSite=Lax and rotate the token',
  },
  {
    problem: 'the query does a sequential scan',
    cause: 'the index is on (created_at) only',
    remedy: 'add a partial index and drop the old one in the next release',
  },
  {
    problem: 'the webhook arrives before the order is committed',
    cause: 'the job reads outside of the transaction',
    remedy: 'move the read into the transaction',
  },
  {
    problem: 'the button stays disabled after a failed payment',
    cause: 'the promise is not awaited',
    remedy: 'await it and handle the rejection',
  },
  {
    problem: 'decimal commas are refused',
    cause: 'we compare strings with numbers',
    remedy: 'parse at the edge and keep integers inside',
  },
  {
    problem: 'prices appear in the wrong currency',
    cause: 'the cache key lacks the currency',
    remedy: 'put the currency into the key and bump the version',
  },
  {
    problem: 'the cart test fails every third run',
    cause: 'the fixture is shared by two tests',
    remedy: 'give each test its own fixture',
  },
  {
    problem: 'an order without an address crashes the export',
    cause: 'an old migration left the column nullable',
    remedy: 'backfill, then set NOT NULL in two steps',
  },
  {
    problem: 'an empty cart answers 500 instead of 409',
    cause: 'the check for lines comes after the payment call',
    remedy: 'check the lines first',
  },
  {
    problem: 'two tabs overwrite each other',
    cause: 'the cart has no version number',
    remedy: 'send a version and refuse stale writes',
  },
] as const;
