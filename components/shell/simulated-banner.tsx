/** Says that nothing on the page is real, and how to show a real swarm. */
export function SimulatedBanner() {
  return (
    <aside aria-label="About this swarm" className="shrink-0 border-line border-b bg-tint px-4 py-1">
      <span className="font-medium text-warn">Simulated swarm.</span> Your own:{' '}
      <code translate="no" className="whitespace-nowrap">
        npm start -- /path
      </code>
    </aside>
  );
}
