import { useEffect, useState } from 'preact/hooks'
import type { Graph } from '../engine.js'

interface Drawn {
  readonly width: number
  readonly height: number
  readonly boxes: readonly {
    readonly name: string
    readonly lines: readonly string[]
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
  readonly arrows: readonly { readonly label: string; readonly points: readonly { x: number; y: number }[] }[]
}

const line = 18

/** The blocks with their roles, permissions and relations, as one picture. */
export function Picture({ graph }: { readonly graph: Graph }) {
  const [drawn, draw] = useState<Drawn | undefined>()
  useEffect(() => {
    let isCurrent = true
    void layout(graph).then((result) => isCurrent && draw(result))
    return () => {
      isCurrent = false
    }
  }, [JSON.stringify(graph)])
  const text = graph.boxes
    .map(
      ({ keyword, name, roles, permissions }) =>
        `${keyword} ${name}${roles.length > 0 ? `, roles ${roles.join(', ')}` : ''}${permissions.length > 0 ? `, permissions ${permissions.join(', ')}` : ''}`,
    )
    .join('; ')
  return (
    <section aria-labelledby="graph">
      <h2 id="graph">Roles and relations</h2>
      {drawn && (
        <div class="scroll">
          <svg
            role="img"
            aria-label={text}
            viewBox={`0 0 ${drawn.width} ${drawn.height}`}
            width={drawn.width}
            height={drawn.height}
          >
            <defs>
              <marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
                <path d="M0 0 8 4 0 8z" />
              </marker>
            </defs>
            {drawn.arrows.map(({ label, points }) => {
              const middle = points[Math.floor(points.length / 2)]!
              return (
                <g key={`${label}${points[0]!.x}${points[0]!.y}`}>
                  <polyline points={points.map(({ x, y }) => `${x},${y}`).join(' ')} marker-end="url(#tip)" />
                  <text x={middle.x + 4} y={middle.y}>
                    {label}
                  </text>
                </g>
              )
            })}
            {drawn.boxes.map(({ name, lines, x, y, width, height }) => (
              <g key={name}>
                <rect x={x} y={y} width={width} height={height} rx={6} />
                <text x={x + 10} y={y + line} class="name">
                  {name}
                </text>
                {lines.map((one, at) => (
                  <text key={one} x={x + 10} y={y + line * (at + 2)}>
                    {one}
                  </text>
                ))}
              </g>
            ))}
          </svg>
        </div>
      )}
    </section>
  )
}

async function layout(graph: Graph): Promise<Drawn> {
  const { graphlib, layout } = await import('@dagrejs/dagre')
  const plan = new graphlib.Graph({ multigraph: true })
  plan.setGraph({ rankdir: 'BT', marginx: 2, marginy: 2, nodesep: 30, ranksep: 40 })
  const contents = new Map(
    graph.boxes.map(({ name, roles, permissions }) => [
      name,
      [...roles.map((role) => `role ${role}`), ...permissions.map((permission) => `may ${permission}`)],
    ]),
  )
  for (const [name, lines] of contents) {
    const longest = Math.max(name.length, ...lines.map((one) => one.length))
    plan.setNode(name, { width: longest * 8 + 20, height: (lines.length + 1) * line + 10 })
  }
  for (const { from, to, label } of graph.arrows)
    plan.setEdge(from, to, { label, width: label.length * 8, height: line, labelpos: 'r' }, label)
  layout(plan)
  const { width = 0, height = 0 } = plan.graph()
  return {
    width,
    height,
    boxes: [...contents].map(([name, lines]) => {
      const { x, y, width, height } = plan.node(name)
      return { name, lines, x: x - width / 2, y: y - height / 2, width, height }
    }),
    arrows: plan.edges().map((edge) => ({ label: edge.name!, points: plan.edge(edge).points })),
  }
}
