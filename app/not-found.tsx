import { PlainPage } from '@/components/plain-page';

/** What is shown at an address that has no page. */
export default function NotFound() {
  return (
    <PlainPage title="There is no such page">
      <p>
        The dashboard has one page:{' '}
        <a className="link underline" href="/">
          the swarm
        </a>
        .
      </p>
    </PlainPage>
  );
}
