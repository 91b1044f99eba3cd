export const scrollToEnd = (list: HTMLElement | null): void => {
  if (list !== null) list.scrollTop = list.scrollHeight
}
