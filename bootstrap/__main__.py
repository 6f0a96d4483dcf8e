"""Prepare an AWS account for deployments: state bucket, encryption key, CI roles and their permissions."""

import pulumi

from bootstrap.config import Config
from bootstrap.gateway import Gateway
from bootstrap.github import GitHub
from bootstrap.roles import Deployer, Reader
from bootstrap.state import State

config = Config.load()
state = State("state", config)
github = GitHub("github", config)
if config.gateway_logs == "own":
    Gateway("gateway")

preview = Reader("preview", config, state, github.trust("pull_request"))
drift = Reader("drift", config, state, github.trust("ref:refs/heads/main"), locks=True)
deployers = {
    environment: Deployer(
        f"deploy-{environment}", config, state, github.trust(f"environment:{environment}"), stack
    )
    for environment, stack in config.stacks.items()
}

# Named like the GitHub variables that the workflows read; docs/account-setup.md copies them to GitHub.
pulumi.export(
    "repositoryVariables",
    {
        "AWS_REGION": config.region,
        "PULUMI_BACKEND_URL": state.backend_url,
        "SECRETS_PROVIDER": state.secrets_provider,
        "PREVIEW_ROLE": preview.role_arn,
        "DRIFT_ROLE": drift.role_arn,
    },
)
pulumi.export(
    "environmentVariables",
    {
        environment: {"DEPLOY_ROLE": deployer.role_arn, "PERMISSIONS_BOUNDARY": deployer.boundary_arn}
        for environment, deployer in deployers.items()
    },
)
