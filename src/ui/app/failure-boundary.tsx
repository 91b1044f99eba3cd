/** Keeps a failure in one part of the page from taking down the rest. */

import { Component, type ReactNode } from 'react'

interface Props {
  readonly message: string
  readonly children: ReactNode
}

/** What breaks below is told, and the rest of the page goes on. */
export class FailureBoundary extends Component<Props, { readonly failed: boolean }> {
  static getDerivedStateFromError() {
    return { failed: true }
  }

  override state = { failed: false }

  override render(): ReactNode {
    return this.state.failed ? <p role="alert">{this.props.message}</p> : this.props.children
  }
}
