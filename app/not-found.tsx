import { PlainPage } from '@/components/shell/plain-page';
import { HOME } from '@/lib/client/base-path';

/** Shown at an address that has no page. */
export default function NotFound() {
  return (
    <PlainPage title="There is no such page">
      <p>
        The dashboard has one page:{' '}
        <a className="link underline" href={HOME}>
          the swarm
        </a>
        .
      </p>
    </PlainPage>
  );
}
