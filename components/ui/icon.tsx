/**
 * The icons are drawings of Lucide 1.75 (https://lucide.dev), each as one path; its package has more code than drawings.
 *
 * ISC License. Copyright (c) 2026 Lucide Icons and Contributors. Permission to use, copy, modify, and/or distribute this
 * software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this
 * permission notice appear in all copies. The software is provided "as is" and the author disclaims all warranties.
 * Some of its icons are derived from Feather, copyright (c) 2013-present Cole Bemis, under the MIT License.
 */

/** An icon; its size and colour come from its classes. Hidden from screen readers: what it stands for has a name. */
export type Icon = (props: { className?: string }) => React.ReactNode;

/** @returns an icon of 24 by 24 units that draws a path with a round pen */
export function drawn(path: string): Icon {
  return function DrawnIcon({ className }) {
    return (
      <svg
        aria-hidden="true"
        width="24"
        height="24"
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        className={className}
      >
        <path d={path} />
      </svg>
    );
  };
}
