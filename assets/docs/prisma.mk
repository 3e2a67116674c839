# Targets for the makefile of a project with a Prisma service: `include prisma.mk`
#
# Each flag can be set through a variable: `make prisma-start PRISMA_CLI_NAME=test`, or `export PRISMA_CLI_NAME := test` in the makefile.

PRISMA ?= prisma
prisma_mk := $(lastword $(MAKEFILE_LIST))

.PHONY: prisma-help prisma-start prisma-stop prisma-status prisma-logs prisma-deploy prisma-up prisma-upgrade prisma-nuke

prisma-help: ## show these targets
	@sed -n 's/^\(prisma-[a-z]*\):.*## /  \1: /p' $(prisma_mk)

prisma-start: ## start the cluster, creating it if it does not exist
	$(PRISMA) local start

prisma-stop: ## stop the cluster; data is kept
	$(PRISMA) local stop

prisma-status: ## show the cluster's containers
	$(PRISMA) local ps

prisma-logs: ## show the logs of the cluster's containers
	$(PRISMA) local logs

prisma-deploy: ## deploy the service of `prisma.yml`
	$(PRISMA) deploy

prisma-up: ## start the cluster, then deploy
	$(PRISMA) local start
	$(PRISMA) deploy

prisma-upgrade: ## pull newer images, or switch to version PRISMA_CLI_TO
	$(PRISMA) local upgrade

prisma-nuke: ## delete all data of the cluster and start it empty; asks, unless PRISMA_CLI_YES=1
	$(PRISMA) local nuke
