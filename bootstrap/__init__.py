"""Resources that an AWS account needs once, before the first deployment: state, keys and CI roles."""
