/** Stroke icons on a grid of 24. They decorate: the button or the text beside them carries the name. */

import styles from './icon.module.css'

const paths = {
  attach: 'M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8L10 17a1.7 1.7 0 0 1-2.4-2.4L15 7',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  down: 'M6 9.5l6 6 6-6',
  download: 'M12 4v11M7.5 11l4.5 4.5L16.5 11M5 20h14',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6',
  help: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M9.6 9.5a2.5 2.5 0 1 1 3.4 2.4c-.7.3-1 .8-1 1.6M12 16.8v.1',
  invite: 'M10 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M3.5 20a6.5 6.5 0 0 1 11.5-4.2M18.5 14v7M15 17.5h7',
  key: 'M8 10.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M11.3 11.8L20 3.5M16.5 7l3 3',
  leave: 'M10 4H5v16h5M14 8l4.5 4-4.5 4M18 12H9.5',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  menu: 'M4.5 7h15M4.5 12h15M4.5 17h15',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  people:
    'M9 5a3.3 3.3 0 1 1 0 6.6A3.3 3.3 0 0 1 9 5M3 19.5a6 6 0 0 1 12 0M15.5 5.3a3.3 3.3 0 0 1 0 6M17.5 14a6 6 0 0 1 3.5 5.5',
  react: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M8.5 14a4 4 0 0 0 7 0M9 9.5v.1M15 9.5v.1',
  remove: 'M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17M8 12h8',
  reply: 'M10 6L4.5 11.5 10 17M5 11.5h9a5.5 5.5 0 0 1 5.5 5.5v1.5',
  room: 'M4.5 5.5h15v11H11l-4.5 3.5v-3.5h-2z',
  search: 'M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12M15 15l5 5',
  send: 'M4 12h14M12.5 6l6 6-6 6',
  share: 'M12 15V4M8 7.5L12 3.5l4 4M6 12H5v8.5h14V12h-1',
  shield: 'M12 3.5l7 2.5v5.5c0 4.5-3 7.6-7 9-4-1.4-7-4.5-7-9V6zM9 12l2.2 2.2L15.3 10',
  warning: 'M12 4.5L21 19.5H3zM12 10v4.5M12 17v.1',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={styles.icon} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
