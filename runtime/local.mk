# runtime/
runtime_sources = runtime/check.h runtime/container.h runtime/facts.h runtime/plan.h runtime/plan_print.h runtime/seal.h runtime/spec.h runtime/state.h runtime/terminal.h
