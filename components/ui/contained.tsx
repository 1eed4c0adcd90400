import { Component, type ComponentType, type ReactNode } from 'react';

/** A fault that depends on the data is often gone with the next change of the swarm. */
const RETRY_INTERVAL_MS = 5000;

interface NoticeOptions {
  /** The element that a list needs for it. */
  as?: 'div' | 'li';
  className?: string;
  /** The id of the part, which other parts refer to and which takes the focus. */
  id?: string;
}

interface BoundaryProps extends NoticeOptions {
  name: string;
  children: ReactNode;
}

/**
 * Contains a fault in one part of the page: the other parts go on, and the part is rendered again after 5 s, as often
 * as it takes.
 */
class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };
  #timer: ReturnType<typeof setTimeout> | undefined;

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#retry, RETRY_INTERVAL_MS);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
  }

  readonly #retry = () => {
    clearTimeout(this.#timer);
    this.setState({ failed: false });
  };

  override render(): ReactNode {
    const { name, as: Notice = 'div', className = 'shrink-0', id, children } = this.props;
    if (!this.state.failed) return children;
    return (
      <Notice
        id={id}
        tabIndex={id === undefined ? undefined : -1}
        className={`border-line border-b bg-tint px-4 py-1.5 outline-none ${className}`}
      >
        <span role="alert">
          <span className="font-medium text-bad">{name}</span> could not be shown. The page tries again every 5 s; its
          other parts go on.
        </span>{' '}
        <button type="button" className="link" onClick={this.#retry}>
          Try now
        </button>
      </Notice>
    );
  }
}

/**
 * Gives a part of the page an error boundary of its own.
 *
 * @param name what the part is called on the page, such as "Locks"
 * @param notice how the notice is drawn that replaces the part while it fails
 */
export function contained<Props extends object>(
  name: string,
  Part: ComponentType<Props>,
  notice: NoticeOptions = {},
): ComponentType<Props> {
  return function Contained(props: Props) {
    return (
      <Boundary name={name} {...notice}>
        <Part {...props} />
      </Boundary>
    );
  };
}
