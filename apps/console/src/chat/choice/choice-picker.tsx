import { Bot, ChevronDown } from 'lucide-react'
import { Fragment, useRef } from 'react'
import { Menu, MenuChoice, MenuSeparator } from '../../kit/menu.tsx'
import { useCommand } from '../../shell/commands.tsx'
import { type Choice, choiceName, hasChoice, modelName } from './choices.ts'
import type { ChoiceState } from './use-choice.ts'

/** Chooses who answers. Nothing at all where there is nothing to choose. */
export function ChoicePicker({ agents, choice, choose }: Pick<ChoiceState, 'agents' | 'choice' | 'choose'>) {
  const picker = useRef<HTMLSpanElement>(null)
  const isOffered = choice !== undefined && hasChoice(agents)
  useCommand(
    isOffered
      ? {
          id: 'who-answers',
          label: 'Choose who answers',
          icon: Bot,
          words: 'agent model',
          run: () => picker.current?.querySelector('button')?.click(),
        }
      : undefined,
  )
  if (!isOffered) return null
  const name = choiceName(agents, choice)
  const hasOneModel = agents.every(({ models }) => models.length < 2)
  return (
    <span ref={picker} className="contents">
      <Menu
        side="top"
        trigger={
          <button
            type="button"
            aria-label={`Who answers: ${name}`}
            className="inline-flex min-h-8 max-w-full min-w-0 items-center gap-1.5 rounded-lg px-2 text-xs text-muted-foreground transition-colors hover:bg-muted hover:text-foreground data-popup-open:bg-muted data-popup-open:text-foreground pointer-coarse:min-h-10"
          >
            <Bot aria-hidden="true" className="size-3.5 shrink-0" />
            <span className="truncate">{name}</span>
            <ChevronDown aria-hidden="true" className="size-3 shrink-0" />
          </button>
        }
      >
        {hasOneModel ? (
          <MenuChoice
            label="Agent"
            value={choice.agent}
            closes
            onChange={(agent) => choose(modelOf(agent))}
            options={agents.map(({ name: value, description }) => ({ value, label: value, description }))}
          />
        ) : (
          agents.map(({ name: agent, description, models }, place) => (
            <Fragment key={agent}>
              {place > 0 && <MenuSeparator />}
              <MenuChoice
                label={agents.length < 2 ? 'Model' : <AgentLabel name={agent} description={description} />}
                value={choice.agent === agent ? choice.model : ''}
                closes
                onChange={(model) => choose({ agent, model })}
                options={models.map((model) => {
                  const { label, detail } = modelName(model)
                  return { value: model, label, ...(detail === undefined ? {} : { description: detail }) }
                })}
              />
            </Fragment>
          ))
        )}
      </Menu>
    </span>
  )

  function modelOf(agent: string): Choice {
    return { agent, model: agents.find(({ name: own }) => own === agent)?.model ?? '' }
  }
}

function AgentLabel({ name, description }: { readonly name: string; readonly description: string }) {
  return (
    <>
      <span className="block text-sm font-semibold text-foreground">{name}</span>
      <span dir="auto" className="block font-normal [overflow-wrap:anywhere]">
        {description}
      </span>
    </>
  )
}
