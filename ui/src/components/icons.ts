/* Line icons on a 24-unit grid, drawn for this page. */
export const icons = {
  today: 'M5 5h14v15H5zM5 9.5h14M9 3v4M15 3v4M9 14.5l2.2 2.2L15.5 12.5',
  orders: 'M6 3.5h12V21l-3-2-3 2-3-2-3 2zM9 8.5h6M9 12.5h6',
  import: 'M12 3.5v11M7.5 10.5l4.5 4.5 4.5-4.5M4.5 15.5v4.5h15v-4.5',
  review: 'M4.5 20h15M7 20v-6M12 20V9M17 20V5',
  people: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c.4-3.6 2.8-5.5 6-5.5s5.600 1.900 6 5.500M16 5a3 3 0 0 1 0 6M17.500 14.800c2 .7 3.200 2.500 3.500 5.200',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.800v4.400M9 14.800v4.400',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  out: 'M14 4h5v16h-5M11 8l-4 4 4 4M7 12h9',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  close: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 4l9 16H3zM12 10v5M12 17.500v.01',
  clock: 'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500v5l3 2',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L20 20',
  undo: 'M8 5L4 9l4 4M4 9h9.500a5.500 5.500 0 0 1 0 11H9',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  table: 'M4 5h16v14H4zM4 10h16M10 5v14',
} as const
export type IconName = keyof typeof icons
